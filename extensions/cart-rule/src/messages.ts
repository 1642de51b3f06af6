/** Why a checkout is stopped, and how the buyer mends the cart. */
export type Refusal = "alone" | "tooMany" | "country";

type Texts = Record<Refusal, (title: string) => string>;

const english: Texts = {
  alone: (title) =>
    `“${title}” protects nothing in your cart. Remove it, or add its product again.`,
  tooMany: (title) =>
    `There are more units of “${title}” in your cart than products that they protect. Reduce their quantity.`,
  country: (title) => `“${title}” is not available in your country. Remove it from your cart.`,
};

const texts: Record<string, Texts> = {
  EN: english,
  DE: {
    alone: (title) =>
      `„${title}“ schützt nichts in deinem Warenkorb. Entferne den Schutzplan oder lege sein Produkt wieder dazu.`,
    tooMany: (title) =>
      `„${title}“ liegt öfter im Warenkorb als das Produkt, das es schützt. Verringere die Anzahl.`,
    country: (title) =>
      `„${title}“ ist in deinem Land nicht erhältlich. Entferne den Schutzplan aus dem Warenkorb.`,
  },
  FR: {
    alone: (title) =>
      `« ${title} » ne protège rien dans votre panier. Retirez cette protection ou ajoutez de nouveau son produit.`,
    tooMany: (title) =>
      `Votre panier contient plus d’exemplaires de « ${title} » que de produits à protéger. Réduisez leur quantité.`,
    country: (title) =>
      `« ${title} » n’est pas disponible dans votre pays. Retirez cette protection de votre panier.`,
  },
  NL: {
    alone: (title) =>
      `“${title}” beschermt niets in je winkelwagen. Verwijder deze bescherming of voeg haar product weer toe.`,
    tooMany: (title) =>
      `Er zitten meer exemplaren van “${title}” in je winkelwagen dan producten die ermee worden beschermd. Verlaag het aantal.`,
    country: (title) =>
      `“${title}” is niet verkrijgbaar in jouw land. Verwijder deze bescherming uit je winkelwagen.`,
  },
};

/** @param language of the buyer, as Shopify writes it: DE, PT_BR */
export function message(refusal: Refusal, language: string, title: string): string {
  const spoken = texts[language.slice(0, 2)] ?? english;
  return spoken[refusal](title);
}

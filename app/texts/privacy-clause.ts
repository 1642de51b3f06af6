import type { Language } from "./i18n.ts";

/** Hakuna's page with its own clause, which goes before the draft below. */
export const hakunaClauseUrl =
  "https://docs.hellohakuna.com/get-started/how-it-works/data-protection";

/**
 * A draft of ours for a shop's privacy policy, to be seen by a lawyer: what a shop that shares orders
 * with plans alone gives to Hakuna, and what Hakuna does with it as it tells its merchants. The German
 * one addresses nobody, so that it fits policies that say *du* and policies that say *Sie*.
 */
export const privacyClause: Record<Language, string> = {
  en: `Product protection by Hakuna

For some products we offer a protection plan, an insurance, together with Hakuna GmbH (“Hakuna”). If you choose a plan, we give Hakuna what is needed to insure you: your name, email address, phone number and billing address, and your order with its products, prices, and the times at which it was placed, shipped, canceled or refunded. We do so because you consented to it by choosing the plan (Art. 6 (1) (a) GDPR).

Hakuna processes these data, and those that arise from the insurance or that you give to Hakuna in a claim, to conclude and perform the insurance contract (Art. 6 (1) (b) GDPR), to meet legal obligations such as duties to keep records (Art. 6 (1) (c) GDPR), and for legitimate interests such as secure systems and the prevention of fraud (Art. 6 (1) (f) GDPR). If you choose no plan, Hakuna gets no data of your order.

Hakuna's own privacy information is linked wherever a plan is offered.`,
  de: `Produktschutz von Hakuna

Für manche Produkte bieten wir zusammen mit der Hakuna GmbH („Hakuna“) Schutzpläne an, das sind Versicherungen. Wird ein Schutzplan gewählt, geben wir Hakuna die Daten, die für die Versicherung nötig sind: Name, E-Mail-Adresse, Telefonnummer und Rechnungsadresse der bestellenden Person sowie die Bestellung mit ihren Produkten, Preisen und den Zeitpunkten von Bestellung, Versand, Stornierung und Erstattung. Grundlage ist die Einwilligung, die mit der Wahl des Schutzplans gegeben wird (Art. 6 Abs. 1 lit. a DSGVO).

Hakuna verarbeitet diese Daten sowie jene, die aus der Versicherung entstehen oder Hakuna im Schadensfall mitgeteilt werden, um den Versicherungsvertrag zu schließen und zu erfüllen (Art. 6 Abs. 1 lit. b DSGVO), um gesetzliche Pflichten wie Aufbewahrungspflichten zu erfüllen (Art. 6 Abs. 1 lit. c DSGVO) und aus berechtigtem Interesse, etwa an sicheren Systemen und am Schutz vor Betrug (Art. 6 Abs. 1 lit. f DSGVO). Wird kein Schutzplan gewählt, erhält Hakuna keine Daten der Bestellung.

Die Datenschutzinformation von Hakuna ist überall verlinkt, wo ein Schutzplan angeboten wird.`,
};

/** Asked for on the page of plans alone: a merchant who only syncs grants nothing that writes. */
export const planScopes: readonly string[] = ["write_products", "write_publications"];

/** To fix plans' prices in the price lists of markets; asked for where plans are sold abroad. */
export const marketScopes: readonly string[] = ["read_markets"];

/** To translate plans into the shop's languages. */
export const translationScopes: readonly string[] = ["read_locales", "write_translations"];

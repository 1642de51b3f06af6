/** Asked for on the page of plans alone: a merchant who only syncs grants nothing that writes. */
export const planScopes: readonly string[] = ["write_products", "write_publications"];

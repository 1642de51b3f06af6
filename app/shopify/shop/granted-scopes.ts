/** The query for the access scopes that a shop has granted, with the shop's id. Needs no scope. */
export const grantedScopesQuery = `#graphql
  query GrantedScopes {
    shop {
      id
    }
    currentAppInstallation {
      accessScopes {
        handle
      }
    }
  }`;

export type GrantedScopes = {
  shop: { id: string };
  currentAppInstallation: { accessScopes: { handle: string }[] };
};

export function scopesIn({ currentAppInstallation }: GrantedScopes): string[] {
  return currentAppInstallation.accessScopes.map(({ handle }) => handle);
}

/** The shop's numeric id: the end of its global id. */
export function shopIdIn({ shop }: Pick<GrantedScopes, "shop">): string {
  return shop.id.replace(/^gid:\/\/shopify\/Shop\//, "");
}

import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** A sealed text cannot be opened; the message says what to do and holds nothing secret. */
export class SecretError extends Error {
  readonly code = "secret";
}

export type SecretBox = {
  /** Locks `plain` under the current key, for `boundTo` (the shop's domain) alone. */
  seal(plain: string, boundTo: string): string;
  /** @throws SecretError when the key is unknown, the text was changed or is another shop's */
  open(sealed: string, boundTo: string): string;
  /** whether it is under an older key, so that it is to be opened and sealed again */
  needsReseal(sealed: string): boolean;
};

const cipher = "aes-256-gcm";

/**
 * Locks short secrets for storage with AES-256-GCM and a random 96-bit nonce (NIST SP 800-38D).
 * A sealed text is `v1.<key id>.<nonce>.<tag>.<ciphertext>`; the key id is the beginning of the
 * key's SHA-256, the rest is base64url.
 *
 * @param current locks and opens; 32 bytes
 * @param previous only open: keys that were used before a rotation
 */
export function createSecretBox(keys: { current: Buffer; previous: Buffer[] }): SecretBox {
  const currentId = idOf(keys.current);
  const byId = new Map([keys.current, ...keys.previous].map((key) => [idOf(key), key]));
  return {
    seal(plain, boundTo) {
      const nonce = randomBytes(12);
      const locking = createCipheriv(cipher, keys.current, nonce).setAAD(Buffer.from(boundTo));
      const text = Buffer.concat([locking.update(plain, "utf8"), locking.final()]);
      const parts = [nonce, locking.getAuthTag(), text].map((part) => part.toString("base64url"));
      return ["v1", currentId, ...parts].join(".");
    },
    open(sealed, boundTo) {
      const { keyId, nonce, tag, text } = parse(sealed);
      const key = byId.get(keyId);
      if (!key) {
        throw new SecretError(
          `A stored API key is locked with the encryption key ${keyId}, which is not configured. ` +
            "Put that key into ENCRYPTION_KEY_PREVIOUS, or save the API key anew.",
        );
      }
      try {
        const options = { authTagLength: 16 };
        const opening = createDecipheriv(cipher, key, nonce, options)
          .setAAD(Buffer.from(boundTo))
          .setAuthTag(tag);
        return Buffer.concat([opening.update(text), opening.final()]).toString("utf8");
      } catch {
        throw damaged();
      }
    },
    needsReseal: (sealed) => parse(sealed).keyId !== currentId,
  };
}

function parse(sealed: string) {
  const [version, keyId, nonce, tag, text, ...more] = sealed.split(".");
  if (version !== "v1" || !keyId || !nonce || !tag || text === undefined || more.length > 0) {
    throw damaged();
  }
  const bytes = (part: string) => Buffer.from(part, "base64url");
  return { keyId, nonce: bytes(nonce), tag: bytes(tag), text: bytes(text) };
}

function damaged(): SecretError {
  return new SecretError(
    "A stored API key was changed, or belongs to another shop. Save the shop's API key anew.",
  );
}

function idOf(key: Buffer): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}

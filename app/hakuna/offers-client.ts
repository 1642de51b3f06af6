import { parseJson, readAnswerBody } from "./answer-body.ts";
import type { FeedTarget } from "./feed-target.ts";
import { type Offer, type OfferRequest, readOffer } from "./offer.ts";
import { refusalReason } from "./reason.ts";
import { codesIn } from "./refusal.ts";
import { badKey, requestHeaders } from "./request-headers.ts";
import { retryAfterMs } from "./retry-after.ts";
import { createTransport } from "./transport.ts";

/** What Hakuna said to a request for an offer, by what to do next. */
export type OfferAnswer =
  | { kind: "offer"; offer: Offer }
  /** there is none for this product, or it cannot be used */
  | { kind: "refused"; reason: string }
  /** Hakuna sells no plans in the country, whatever the product */
  | { kind: "country_unsupported"; reason: string }
  | { kind: "key_refused"; reason: string }
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null };

export type OffersClient = {
  /**
   * Asks for an offer of plans for a product. Never rejects because of what Hakuna does.
   *
   * @param idempotencyKey a repetition with the same key makes no second offer
   */
  fetchOffer(to: FeedTarget, request: OfferRequest, idempotencyKey: string): Promise<OfferAnswer>;
  close(): Promise<void>;
};

/** Nobody takes such a request there, a proxy on the way, or a wish for patience. */
const notNow = [405, 407, 408, 410, 421, 425, 429];

/**
 * The client of Hakuna's Offers API. It needs the shop's secret key, so it is never asked from a
 * storefront. https://docs.hellohakuna.com/integration-guides/e-commerce-integration/create-offers
 *
 * @param baseUrl without closing slash; the sandbox is `/sandbox` below it
 * @param timeoutMs for one whole request
 * @param version sent as `Hakuna-Version`
 */
export function createOffersClient(options: {
  baseUrl: string;
  timeoutMs: number;
  version?: string;
}): OffersClient {
  const transport = createTransport(options.timeoutMs);
  return {
    async fetchOffer(to, request, idempotencyKey) {
      const { version } = options;
      const headers = requestHeaders(to, { hasBody: true, idempotencyKey, version });
      if (headers === null) {
        return { kind: "key_refused", reason: badKey };
      }
      const prefix = to.environment === "sandbox" ? "/sandbox" : "";
      const body = JSON.stringify(request);
      const url = `${options.baseUrl}${prefix}/offers`;
      const exchanged = await transport.exchange({ method: "POST", url, headers, body });
      if (exchanged.result !== "answered") {
        const reason = `Hakuna did not answer: ${exchanged.problem}.`;
        return { kind: "unavailable", reason, retryAfterMs: null };
      }
      const { status } = exchanged;
      const isPage = readAnswerBody(exchanged.body).kind === "page";
      if (status >= 200 && status < 300 && exchanged.complete && !isPage) {
        const offer = readOffer(parseJson(exchanged.body));
        return typeof offer === "string"
          ? { kind: "refused", reason: offer }
          : { kind: "offer", offer };
      }
      const reason = refusalReason(status, exchanged.body, "[]");
      if (status === 401 || status === 403) return { kind: "key_refused", reason };
      // a page, whatever its status, does not say that there is no offer
      if (status < 400 || status >= 500 || isPage || notNow.includes(status)) {
        const wait = retryAfterMs(exchanged.headers["retry-after"], Date.now());
        return { kind: "unavailable", reason, retryAfterMs: wait };
      }
      const isCountry = codesIn(reason).includes("country_unsupported");
      return { kind: isCountry ? "country_unsupported" : "refused", reason };
    },
    close: transport.close,
  };
}

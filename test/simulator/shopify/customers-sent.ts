/** As webhooks write it, and as the Admin API answers it. */
const personal =
  /"(?:email|emailAddress|phone|phoneNumber|first_?name|last_?name|company|address[12]|city|zip)":\s*"((?:[^"\\]|\\.){5,200})"/gi;

/** A postal code of digits alone is found in any log that has numbers. */
const telling = /[^\d]/;

/** Whatever says who a customer is, of all that was sent in this test run: no log may hold it. */
export const customersSent = {
  texts: new Set<string>(),
  note(body: string): void {
    for (const [, text = ""] of body.matchAll(personal)) {
      if (telling.test(text)) this.texts.add(text);
    }
  },
};

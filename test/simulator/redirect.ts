import { isIP } from "node:net";
import { Agent, buildConnector, setGlobalDispatcher } from "undici";

// Loaded before the app (`node --import ./test/simulator/redirect.ts app/server.ts`): what the app
// asks of a shop reaches the local stand-in, and nothing else leaves this machine.

const simulator = process.env.SIMULATED_SHOPIFY_URL;
if (!simulator) throw new Error("SIMULATED_SHOPIFY_URL is not set.");
const { hostname: host, port } = new URL(simulator);
const connect = buildConnector({});

setGlobalDispatcher(
  new Agent({
    connect(options, callback) {
      const asked = options.hostname;
      if (asked.endsWith(".myshopify.com")) {
        // Plain HTTP on the wire: the stand-in has no certificate for the shop's name.
        connect({ ...options, protocol: "http:", hostname: host, host, port }, callback);
      } else if (asked === "localhost" || (isIP(asked) !== 0 && asked.startsWith("127."))) {
        connect(options, callback);
      } else {
        callback(new Error(`Connections to ${asked} are refused in tests.`), null);
      }
    },
  }),
);

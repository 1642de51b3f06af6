import { setGlobalDispatcher } from "undici";
import { redirectingAgent } from "./redirecting-agent.ts";

// Loaded before the app (`node --import ./test/simulator/redirect.ts app/server.ts`): what the app
// asks of a shop reaches the local stand-in, and nothing else leaves this machine.

const simulator = process.env.SIMULATED_SHOPIFY_URL;
if (!simulator) throw new Error("SIMULATED_SHOPIFY_URL is not set.");
setGlobalDispatcher(redirectingAgent(simulator));

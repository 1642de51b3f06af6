import { Badge, Banner, BlockStack, Box, Card, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import type { ConnectionStatus } from "#app/sync/status.ts";
import { Moment } from "./moment.tsx";

type Props = { shop: string; connection: ConnectionStatus; pending: number };

/** Whether orders reach Hakuna, since when, and what to do where they do not. */
export function ConnectionCard({ shop, connection, pending }: Props) {
  const { state, environment, since, backoff, lastAcceptedAt } = connection;
  const trouble = troubles[state];
  if (state === "none") return <NotConnected shop={shop} pending={pending} />;
  return (
    <BlockStack gap="400">
      {trouble && (
        <Banner tone="critical" title={trouble.title}>
          <BlockStack gap="200">
            <Text as="p">{trouble.advice}</Text>
            <Text as="p">
              Nothing is lost: {orders(pending)} on the way to Hakuna, and sent when the connection
              works again.
            </Text>
            {connection.reason && (
              <Text as="p" breakWord>
                Hakuna's answer: {connection.reason}
              </Text>
            )}
          </BlockStack>
        </Banner>
      )}
      {!trouble && backoff && (
        <Banner tone="warning" title="Hakuna cannot be reached at the moment">
          <BlockStack gap="200">
            <Text as="p">
              The next try is at <Moment at={backoff.until} />. Nothing is lost, and there is
              nothing to do: {orders(pending)} on the way.
            </Text>
            {backoff.reason && (
              <Text as="p" breakWord>
                What happened: {backoff.reason}
              </Text>
            )}
          </BlockStack>
        </Banner>
      )}
      <Card>
        <BlockStack gap="300">
          <InlineStack gap="200" blockAlign="center">
            <Text as="h2" variant="headingMd">
              Connection to Hakuna
            </Text>
            {trouble ? (
              <Badge tone="critical">Paused</Badge>
            ) : backoff ? (
              <Badge tone="warning">Trying again</Badge>
            ) : (
              <Badge tone="success">Connected</Badge>
            )}
            <Badge>{environment === "sandbox" ? "Sandbox" : "Production"}</Badge>
          </InlineStack>
          <InlineStack gap="600">
            {since !== null && (
              <Fact label={trouble ? "Paused since" : "Connected since"}>
                <Moment at={since} />
              </Fact>
            )}
            <Fact label="Last order accepted">
              {lastAcceptedAt === null ? "Not yet" : <Moment at={lastAcceptedAt} />}
            </Fact>
          </InlineStack>
        </BlockStack>
      </Card>
    </BlockStack>
  );
}

const troubles: Partial<Record<ConnectionStatus["state"], { title: string; advice: string }>> = {
  key_refused: {
    title: "Hakuna does not accept the API key",
    advice:
      "It may have been replaced or withdrawn. Ask Hakuna for a valid key, and the people who run the app to enter it.",
  },
  wrong_address: {
    title: "There is no order feed at Hakuna's address",
    advice: "The address in the app's settings is wrong. Tell the people who run the app.",
  },
  feed_refuses: {
    title: "Hakuna refuses every order",
    advice:
      "Several orders in a row were refused, each on its own, so sending is paused. Tell the people who run the app what Hakuna answered.",
  },
};

function NotConnected({ shop, pending }: { shop: string; pending: number }) {
  return (
    <Banner tone="info" title="This shop is not connected to Hakuna yet">
      <BlockStack gap="200">
        <Text as="p">
          Orders are taken in from now on, but nothing is sent
          {pending > 0 ? `: ${orders(pending)} ready to go` : ""}. The people who run the app
          connect the shop with its Hakuna API key, by this command:
        </Text>
        <Box background="bg-surface-secondary" borderRadius="200" padding="200">
          <code style={{ overflowWrap: "anywhere" }}>
            npm run -s ops -- connect {shop} --environment sandbox --api-key KEY
          </code>
        </Box>
      </BlockStack>
    </Banner>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <BlockStack>
      <Text as="span" variant="bodySm" tone="subdued">
        {label}
      </Text>
      <Text as="span">{children}</Text>
    </BlockStack>
  );
}

function orders(count: number): string {
  if (count === 1) return "1 order is";
  return `${count === 0 ? "no" : count.toLocaleString("en")} orders are`;
}

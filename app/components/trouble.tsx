import { BlockStack, Button, Card, Page, Text } from "@shopify/polaris";

const sentences: Record<number, { title: string; text: string }> = {
  401: {
    title: "Your session has ended",
    text: "Shopify asks the app to sign in again. Reload the page to continue.",
  },
  404: {
    title: "There is no such page",
    text: "It may have moved. Choose another page from the app's navigation.",
  },
};

const unexpected = {
  title: "This page could not be loaded",
  text: "Please try again in a moment. If it stays like this, tell the people who run the app.",
};

/** What a page shows in its own place when it failed. */
export function Trouble({ status }: { status: number }) {
  const { title, text } = sentences[status] ?? unexpected;
  return (
    <Page title={title}>
      <Card>
        <BlockStack gap="400" inlineAlign="start">
          <Text as="p">{text}</Text>
          {status === 404 ? (
            <Button url="/app">Go to the overview</Button>
          ) : (
            <Button variant="primary" onClick={() => location.reload()}>
              Try again
            </Button>
          )}
        </BlockStack>
      </Card>
    </Page>
  );
}

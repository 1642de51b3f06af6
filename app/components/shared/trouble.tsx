import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { BlockStack, Button, Card, Page, Text } from "@shopify/polaris";
import { useLocale } from "./locale.tsx";

/** What a page shows in its own place when it failed: what happened, and what to do. */
export function Trouble() {
  const error = useRouteError();
  const { t } = useLocale();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const kind = status === 401 ? "session" : status === 404 ? "notFound" : "unexpected";
  return (
    <Page title={t(`common.trouble.${kind}.title`)}>
      <Card>
        <BlockStack gap="400" inlineAlign="start">
          <Text as="p">{t(`common.trouble.${kind}.text`)}</Text>
          {kind === "notFound" ? (
            <Button url="/app">{t("common.trouble.home")}</Button>
          ) : (
            <Button variant="primary" onClick={() => location.reload()}>
              {t("common.action.retry")}
            </Button>
          )}
        </BlockStack>
      </Card>
    </Page>
  );
}

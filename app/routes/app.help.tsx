import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { BlockStack, Box, Button, Card, Page, Text } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { useEffect } from "react";
import help from "#app/components/help/help.css?url";
import { useLocale } from "#app/components/shared/locale.tsx";
import { Trouble } from "#app/components/shared/trouble.tsx";
import { helpHtml } from "#app/texts/help.server.ts";

export const links = () => [{ rel: "stylesheet", href: help }];

/** Both languages: which one is the merchant's is known to the frame alone. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await context.authenticateAdmin(request);
  return { en: helpHtml("en"), de: helpHtml("de"), email: context.config.supportEmail };
}

export const headers = boundary.headers;

export default function Help() {
  const { email, ...pages } = useLoaderData<typeof loader>();
  const { t, locale } = useLocale();
  const { hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  const html = locale.startsWith("de") ? pages.de : pages.en;
  return (
    <Page title={t("help.title")}>
      <Card>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: docs/help.*.md, nothing from outside */}
        <div className="help" dangerouslySetInnerHTML={{ __html: html }} />
        {email !== null && (
          <Box paddingBlockStart="400">
            <BlockStack gap="200" inlineAlign="start">
              <Text as="p" breakWord>
                {t("overview.support.text", { email })}
              </Text>
              <Button url={`mailto:${email}`} target="_blank">
                {t("overview.support.write")}
              </Button>
            </BlockStack>
          </Box>
        )}
      </Card>
    </Page>
  );
}

export const ErrorBoundary = Trouble;

import {
  type ActionFunctionArgs,
  data,
  type LinksFunction,
  type LoaderFunctionArgs,
} from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { BlockStack, Layout, Page } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { ImportCard } from "#app/components/settings/import-card.tsx";
import { RuleCard } from "#app/components/settings/rule-card.tsx";
import styles from "#app/components/settings/settings.css?url";
import { DisconnectCard, PauseCard } from "#app/components/settings/settings-cards.tsx";
import { SettingsForm } from "#app/components/settings/settings-form.tsx";
import { settingsRequest } from "#app/components/settings/settings-request.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { readAsked } from "#app/components/shared/read-asked.ts";
import { Trouble } from "#app/components/shared/trouble.tsx";
import { followSettings } from "#app/plans/daily-plan-work.ts";
import { beginImport, cancelImport } from "#app/scan/scan-runs.ts";
import { testKey } from "#app/shops/connection-test.ts";
import { disconnect, readSettings, saveSettings, setPaused } from "#app/shops/settings.ts";
import { readImportStatus } from "#app/views/import-status.ts";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  return {
    settings: await readSettings(context.prisma, session.shop),
    canMail: context.config.mail !== null,
    importStatus: await readImportStatus(context.prisma, session.shop, Date.now()),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { shop } = session;
  const asked = await readAsked(request, settingsRequest);
  switch (asked.intent) {
    case "save": {
      const saved = await saveSettings(context.run, shop, asked);
      if (saved.result === "saved") {
        await context.queue.wake([shop]);
        const { pool, now } = context.run;
        await context.queue.plans.wake(await followSettings(pool, shop, now()));
      }
      return data(saved);
    }
    case "test":
      return data({ tested: (await testKey(context.run, shop, asked)) ?? "no_key" });
    case "pause":
    case "resume":
      await setPaused(context.run, shop, asked.intent === "pause");
      await context.queue.wake([shop]);
      return data({ done: asked.intent });
    case "disconnect":
      await disconnect(context.run, shop);
      return data({ done: asked.intent });
    case "import":
      await beginImport(context.run.pool, shop, { now: context.run.now() });
      await context.queue.scan.wake([shop]);
      return data({ done: asked.intent });
    case "cancel":
      await cancelImport(context.run.pool, shop, context.run.now());
      return data({ done: asked.intent });
  }
}

/** The headings' place on a phone. */
export const links: LinksFunction = () => [{ rel: "stylesheet", href: styles }];

export const headers = boundary.headers;

export default function SettingsPage() {
  const { settings, canMail, importStatus } = useLoaderData<typeof loader>();
  const { t } = useLocale();
  return (
    <Page title={t("settings.title")}>
      <BlockStack gap="400">
        <Layout>
          <SettingsForm settings={settings} canMail={canMail} />
          <RuleCard />
          <ImportCard status={importStatus} share={settings.form.share} />
          <PauseCard paused={settings.paused} />
          {settings.connection !== "none" && <DisconnectCard />}
        </Layout>
      </BlockStack>
    </Page>
  );
}

export const ErrorBoundary = Trouble;

import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { BlockStack, Layout, Page } from "@shopify/polaris";
import { boundary } from "@shopify/shopify-app-remix/server";
import { z } from "zod";
import { testKey } from "#app/sync/connection-test.ts";
import { readImportStatus } from "#app/sync/import-status.ts";
import { beginImport, cancelImport } from "#app/sync/scan-runs.ts";
import {
  disconnect,
  readSettings,
  saveRequest,
  saveSettings,
  setPaused,
} from "#app/sync/settings.ts";
import { ImportCard } from "../components/import-card.tsx";
import { useLocale } from "../components/locale.tsx";
import { DisconnectCard, PauseCard } from "../components/settings-cards.tsx";
import { SettingsForm } from "../components/settings-form.tsx";
import { Trouble } from "../components/trouble.tsx";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  return {
    settings: await readSettings(context.prisma, session.shop),
    importStatus: await readImportStatus(context.prisma, session.shop, Date.now()),
  };
}

const settingsRequest = z.discriminatedUnion("intent", [
  saveRequest.extend({ intent: z.literal("save") }),
  z.object({
    intent: z.literal("test"),
    environment: z.enum(["sandbox", "production"]),
    apiKey: z.string().trim().max(500).nullable(),
  }),
  z.object({ intent: z.literal("pause") }),
  z.object({ intent: z.literal("resume") }),
  z.object({ intent: z.literal("disconnect") }),
  z.object({ intent: z.literal("import") }),
  z.object({ intent: z.literal("cancel") }),
]);

export async function action({ request, context }: ActionFunctionArgs) {
  const { session } = await context.authenticateAdmin(request);
  const { shop } = session;
  const asked = settingsRequest.parse(await request.json());
  switch (asked.intent) {
    case "save": {
      const saved = await saveSettings(context.run, shop, asked);
      if (saved.result === "saved") await context.queue.wake([shop]);
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

export const headers = boundary.headers;

export default function SettingsPage() {
  const { settings, importStatus } = useLoaderData<typeof loader>();
  const { t } = useLocale();
  return (
    <Page title={t("settings.title")}>
      <BlockStack gap="400">
        <Layout>
          <SettingsForm settings={settings} />
          <ImportCard status={importStatus} share={settings.form.share} />
          <PauseCard paused={settings.paused} />
          {settings.connection !== "none" && <DisconnectCard />}
        </Layout>
      </BlockStack>
    </Page>
  );
}

export const ErrorBoundary = Trouble;

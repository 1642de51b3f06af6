import { BlockStack, ChoiceList, Text } from "@shopify/polaris";
import { useState } from "react";
import { Dialog } from "#app/components/shared/dialog.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { Saved, SaveRequest } from "#app/shops/settings.ts";

/** What has to be answered before the settings are saved. */
export type SaveQuestion = Extract<Saved, { result: "ask" | "unreachable" | "wrong_address" }>;

type Props = {
  question: SaveQuestion;
  onAnswer: (answer: Partial<SaveRequest>) => void;
  onClose: () => void;
};

/** Asks what is to become of the orders that Hakuna has, or whether to save an untried key. */
export function SaveQuestionDialog({ question, onAnswer, onClose }: Props) {
  const { t } = useLocale();
  if (question.result === "ask") {
    return <SentOrders question={question} onAnswer={onAnswer} onClose={onClose} />;
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`settings.${question.result}.title`)}
      primaryAction={{
        content: t(`settings.${question.result}.confirm`),
        onAction: () => onAnswer({ untested: true }),
      }}
      secondaryActions={[{ content: t("common.action.cancel"), onAction: onClose }]}
    >
      <Dialog.Section>
        <Text as="p">{t(`settings.${question.result}.text`)}</Text>
      </Dialog.Section>
    </Dialog>
  );
}

type AskProps = Props & { question: Extract<SaveQuestion, { result: "ask" }> };

function SentOrders({ question, onAnswer, onClose }: AskProps) {
  const { t } = useLocale();
  const { orders, isOtherEnvironment } = question;
  const kind = isOtherEnvironment ? "Environment" : "Key";
  const choices = [
    ...(isOtherEnvironment
      ? []
      : [{ value: "same_account", label: t("settings.ask.same_account") } as const]),
    { value: "send", label: t(`settings.ask.send${kind}`) } as const,
    { value: "from_now_on", label: t(`settings.ask.from_now_on${kind}`) } as const,
  ];
  const [chosen, setChosen] = useState(choices[0]?.value ?? "send");
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`settings.ask.title${kind}`)}
      primaryAction={{
        content: t("settings.ask.confirm"),
        onAction: () => onAnswer({ sentOrders: chosen, untested: true }),
      }}
      secondaryActions={[{ content: t("common.action.cancel"), onAction: onClose }]}
    >
      <Dialog.Section>
        <BlockStack gap="300">
          <Text as="p">{t("settings.ask.text", { count: orders })}</Text>
          <ChoiceList
            title={t(`settings.ask.title${kind}`)}
            titleHidden
            choices={choices}
            selected={[chosen]}
            onChange={([value]) =>
              setChosen(choices.find((choice) => choice.value === value)?.value ?? chosen)
            }
          />
        </BlockStack>
      </Dialog.Section>
    </Dialog>
  );
}

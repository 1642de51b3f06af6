import { BlockStack, Box, Button, Text } from "@shopify/polaris";
import { type ReactNode, useId, useState } from "react";

type Props = {
  title: string;
  /** what is so at present, in a few words */
  status: string;
  /** it is open when the page is drawn */
  isOpen?: boolean;
  children: ReactNode;
};

/** A part of the page that is one line until somebody wants it. */
export function PlanSection({ title, status, isOpen: isOpenFirst = false, children }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(isOpenFirst);
  return (
    <BlockStack gap="100">
      <Text as="h2" variant="headingMd">
        <Button
          variant="monochromePlain"
          textAlign="left"
          disclosure={isOpen ? "up" : "down"}
          ariaExpanded={isOpen}
          ariaControls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {title}
        </Button>
      </Text>
      <Text as="p" tone="subdued">
        {status}
      </Text>
      <div id={id} hidden={!isOpen}>
        {isOpen && <Box paddingBlockStart="200">{children}</Box>}
      </div>
    </BlockStack>
  );
}

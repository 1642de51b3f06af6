import type { ShopFunction, ShopValidations, Validation } from "../shop-validations.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type UserError = { code: string; field: string[]; message: string };
type CreateInput = {
  functionHandle?: string | null;
  functionId?: string | null;
  title?: string | null;
  enable: boolean;
  blockOnFailure: boolean;
};
type UpdateInput = Pick<CreateInput, "title" | "enable" | "blockOnFailure">;

/** What an app can read and change of a shop's validations; defaults are the schema's. */
export function validationRoots(validations: ShopValidations): object {
  const refused = (code: string, field: string, message: string) => ({
    validation: null,
    userErrors: [{ code, field: ["validation", field], message }] satisfies UserError[],
  });
  const full = () =>
    refused(
      "MAX_VALIDATIONS_ACTIVATED",
      "enable",
      "Cannot have more than 25 active validation functions.",
    );
  const { appKey, deployed } = validations;
  return {
    shopifyFunctions: (args: PageArguments) =>
      pageOf(
        [...deployed].map((handle) => functionNode({ handle, appKey })),
        args,
      ),
    validations: (args: PageArguments) => pageOf(validations.all.map(node), args),

    validationCreate({ validation: input }: { validation: CreateInput }) {
      const { functionHandle, functionId, title, enable, blockOnFailure } = input;
      if (functionHandle && functionId) {
        return refused(
          "MULTIPLE_FUNCTION_IDENTIFIERS",
          "functionHandle",
          "Only one of function_id or function_handle can be provided, not both.",
        );
      }
      const handle = functionHandle ?? functionId;
      if (!handle) {
        return refused(
          "MISSING_FUNCTION_IDENTIFIER",
          "functionHandle",
          "Either function_id or function_handle must be provided.",
        );
      }
      if (!deployed.has(handle)) {
        return refused("FUNCTION_NOT_FOUND", "functionHandle", "Extension not found.");
      }
      if (!validations.isEligible) {
        return refused(
          "CUSTOM_APP_FUNCTION_NOT_ELIGIBLE",
          "functionHandle",
          "Shop must be on a Shopify Plus plan to activate functions from a custom app.",
        );
      }
      if (enable && validations.isFull) return full();
      const made = validations.add({
        ...{ title: title ?? handle, enabled: enable, blockOnFailure },
        shopifyFunction: { handle, appKey },
      });
      return { validation: node(made), userErrors: [] };
    },

    validationUpdate({ id, validation: input }: { id: string; validation: UpdateInput }) {
      const found = validations.own.find((one) => one.id === id);
      if (!found) {
        const userErrors = [{ code: "NOT_FOUND", field: ["id"], message: "Validation not found." }];
        return { validation: null, userErrors };
      }
      const { title, enable, blockOnFailure } = input;
      if (enable && !found.enabled && validations.isFull) return full();
      Object.assign(found, { enabled: enable, blockOnFailure, title: title ?? found.title });
      return { validation: node(found), userErrors: [] };
    },
  };
}

function node({ shopifyFunction, ...validation }: Validation): object {
  return { ...validation, shopifyFunction: functionNode(shopifyFunction) };
}

function functionNode({ handle, appKey }: ShopFunction): object {
  return { handle, appKey, apiType: "cart_checkout_validation", apiVersion: "2026-10" };
}

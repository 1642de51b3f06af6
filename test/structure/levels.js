/**
 * Which folder of app/ may import which: `npm run check` asks dependency-cruiser. The lowest level
 * first; a folder imports what lies below its own level, and nothing beside it but what is said here.
 */
const levels = [
  ["foundation", "order"],
  ["texts", "shopify", "hakuna"],
  ["database"],
  ["sales"],
  ["store"],
  ["intake", "queue", "run", "scan", "shops", "privacy", "actions", "views"],
  ["plans", "refunds", "agreement", "analytics"],
  ["services"],
  ["components"],
  ["routes", "ops", "http"],
  ["process"],
  ["processes"],
];

/** The files that lie where Shopify's template has them, or begin a process, by their level. */
const rootFiles = {
  database: ["db.server"],
  services: ["shopify.server", "services.server"],
  routes: ["root", "entry.client", "entry.server"],
  processes: ["server", "worker", "ops"],
};

/** What one folder may import of another of its level, and why. */
const neighbors = [
  [
    "intake/shop-webhooks",
    "privacy",
    "a privacy webhook does what it asks for before it is answered",
  ],
  ["intake/shop-webhooks", "shops", "so do an uninstall and a change of scopes"],
  ["intake/shop-webhooks", "queue", "the deletion of a shop is begun by its run"],
  ["run/run", "privacy/redact-shop", "a run deletes the shop before it does anything else"],
  [
    "run/run",
    "privacy/redact-inbox",
    "and looks for erased customers in the inbox before it folds",
  ],
  ["run/run", "queue/lane", "a run tells its lane when to come again"],
  ["scan/scan", "queue/lane", "so does a reading"],
  ["views/import-status", "scan/scan-runs", "how far back an import may read"],
];

/** Below their level, what these may not import: they are kept free of everything but this. */
const strict = [
  ["order", []],
  ["foundation", []],
  ["texts", ["order"]],
];

const pathOf = (folder) =>
  rootFiles[folder]
    ? `^app/(${folder}/|(${rootFiles[folder].map((name) => name.replaceAll(".", "\\.")).join("|")})\\.tsx?$)`
    : `^app/${folder}/`;
const anyOf = (folders) => folders.map(pathOf).join("|");
const all = levels.flat();

const upwards = levels.flatMap((folders, level) => {
  const higher = levels.slice(level + 1).flat();
  return higher.length === 0
    ? []
    : [
        {
          name: `nothing-imports-upwards-from-${folders.join("-")}`,
          severity: "error",
          comment: "A folder imports only what lies below it: docs/architecture.md.",
          from: { path: anyOf(folders) },
          to: { path: anyOf(higher) },
        },
      ];
});

const sideways = levels.flatMap((folders) =>
  folders.flatMap((folder) => {
    const others = folders.filter((other) => other !== folder);
    if (others.length === 0) return [];
    const allowed = neighbors.filter(([from]) => from.startsWith(`${folder}/`));
    const named = allowed.map(([from]) => `^app/${from}\\.`);
    return [
      {
        name: `${folder}-imports-no-neighbor`,
        severity: "error",
        comment:
          "Folders of one level import each other only as test/structure/levels.js lists it.",
        from: { path: pathOf(folder), pathNot: named },
        to: { path: anyOf(others) },
      },
      ...[...new Set(allowed.map(([from]) => from))].map((from) => ({
        name: `${from.replace("/", "-")}-imports-no-other-neighbor`,
        severity: "error",
        from: { path: `^app/${from}\\.` },
        to: {
          path: anyOf(others),
          pathNot: allowed.filter(([one]) => one === from).map(([, to]) => `^app/${to}[./]`),
        },
      })),
    ];
  }),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...upwards,
    ...sideways,
    ...strict.map(([folder, may]) => ({
      name: `${folder}-imports-nothing-else`,
      severity: "error",
      from: { path: pathOf(folder) },
      to: { path: "^app/", pathNot: anyOf([folder, ...may]) },
    })),
    {
      name: "a-page-uses-its-own-parts-and-shared-ones",
      severity: "error",
      from: { path: "^app/components/([^/]+)/" },
      to: { path: "^app/components/", pathNot: "^app/components/($1|shared)/" },
    },
    {
      name: "every-folder-has-a-level",
      severity: "error",
      comment: "A new folder of app/ gets its place in test/structure/levels.js.",
      from: {},
      to: { path: "^app/", pathNot: anyOf(all) },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    // imports of types count
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules|^app/database/generated/" },
    exclude: { path: "\\.(test|fixture)\\.tsx?$" },
  },
};

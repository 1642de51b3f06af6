/** What vite.config.ts makes of a page of Markdown. */
declare module "*.md" {
  const html: string;
  export default html;
}

/** Every other address: the root's error boundary says that there is no such page. */
export function loader() {
  throw new Response(null, { status: 404 });
}

export default function NoSuchPage() {
  return null;
}

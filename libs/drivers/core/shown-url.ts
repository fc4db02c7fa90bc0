/** What may be kept and shown of a URL: neither its credentials nor its query, which may hold a token. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}

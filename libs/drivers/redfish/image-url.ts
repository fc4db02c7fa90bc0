/** Where a BMC fetches something from; it takes credentials apart from the address, and shows the address to everyone. */
export interface ImageUrl {
  readonly address: string;
  /** Empty where the URL holds none. */
  readonly username: string;
  readonly password: string;
}

/** Takes the credentials out of a URL. */
export function splitCredentials(imageUrl: string): ImageUrl {
  const url = new URL(imageUrl);
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username === '' && password === '') return { address: imageUrl, username, password };
  url.username = '';
  url.password = '';
  return { address: url.href, username, password };
}

/** The text behind percent signs; the text itself where they stand for no characters. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * `properties.capabilities` in Ironic's form, `name:value,name:value`. A part without a colon is kept as a name
 * without a value, so that nothing that an operator wrote is lost.
 */
export function parseCapabilities(text: string): Map<string, string> {
  const capabilities = new Map<string, string>();
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    if (trimmed === '') continue;
    const colon = trimmed.indexOf(':');
    if (colon === -1) capabilities.set(trimmed, '');
    else capabilities.set(trimmed.slice(0, colon), trimmed.slice(colon + 1));
  }
  return capabilities;
}

/** The string of {@link parseCapabilities}. */
export function formatCapabilities(capabilities: ReadonlyMap<string, string>): string {
  return [...capabilities].map(([name, value]) => (value === '' ? name : `${name}:${value}`)).join(',');
}

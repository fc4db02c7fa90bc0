type Environment = Record<string, string | undefined>;

/** Who calls an api with `http_basic`; undefined when the environment names nobody. */
function credentials(env: Environment): { user: string; password: string } | undefined {
  const isClient = env['OS_AUTH_TYPE'] === 'http_basic';
  const user = env['BESSEMER_API_USER'] || (isClient ? env['OS_USERNAME'] : undefined);
  const password = env['BESSEMER_API_PASSWORD'] || (isClient ? env['OS_PASSWORD'] : undefined);
  return user && password ? { user, password } : undefined;
}

/**
 * The header that says who calls; none when nobody is named.
 *
 * @param env with `BESSEMER_API_USER` and `BESSEMER_API_PASSWORD`, or what Ironic's client reads: `OS_USERNAME` and
 *   `OS_PASSWORD` with `OS_AUTH_TYPE=http_basic`
 */
export function credentialHeaders(env: Environment): Record<string, string> {
  const found = credentials(env);
  if (found === undefined) return {};
  const pair = Buffer.from(`${found.user}:${found.password}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

/** The same for the `baremetal` CLI, as variables of its environment. */
export function cliCredentials(env: Environment): Record<string, string> {
  const found = credentials(env);
  if (found === undefined) return { OS_AUTH_TYPE: 'none' };
  return { OS_AUTH_TYPE: 'http_basic', OS_USERNAME: found.user, OS_PASSWORD: found.password };
}

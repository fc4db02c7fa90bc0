/** Members of an object by their names. */
type Members = Readonly<Record<string, unknown>>;

/**
 * An object with these members, to be copied and filled ({@link filled}). It is parsed, for V8 gives what it parses a shape, and
 * makes a slow table of an object to which dozens of members are added one by one.
 *
 * @param value of each member that is not filled
 */
export function shapeOf<Value extends null | undefined>(
  names: Iterable<string>,
  value: Value,
): Readonly<Record<string, Value>> {
  const all = [...names];
  const shape: Record<string, Value> = JSON.parse(JSON.stringify(Object.fromEntries(all.map((name) => [name, null]))));
  for (const name of all) shape[name] = value;
  return shape;
}

/** A copy of the shape with the members of the sources, later ones before earlier ones; an undefined one fills nothing. */
export function filled(shape: Members, ...sources: readonly Members[]): Record<string, unknown> {
  const whole: Record<string, unknown> = { ...shape };
  for (const source of sources)
    for (const name of Object.keys(source)) {
      const value = source[name];
      if (value !== undefined) whole[name] = value;
    }
  return whole;
}

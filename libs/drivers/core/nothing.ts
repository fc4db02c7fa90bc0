/** What an implementation does where the machine needs nothing done, and the validation of one that nothing is asked of. */
export async function nothingToDo(): Promise<void> {
  return undefined;
}

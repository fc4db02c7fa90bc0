/** A refusal with the standard's form of a reason. */
export class RedfishRefusal extends Error {
  constructor(
    readonly status: number,
    readonly messageId: string,
    message: string,
  ) {
    super(message);
  }
}

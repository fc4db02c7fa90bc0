/** Follows `GET /v1/events/stream` from the first event on, and keeps all of it. */
export class EventFollower {
  /** What has come so far. */
  text = '';
  private readonly end = new AbortController();

  private constructor(private reading: Promise<void>) {}

  static async start(apiUrl: string): Promise<EventFollower> {
    const follower = new EventFollower(Promise.resolve());
    const response = await fetch(`${apiUrl}/v1/events/stream?since=1`, { signal: follower.end.signal });
    if (!response.ok || response.body === null) throw new Error(`the event stream answered ${response.status}`);
    follower.reading = follower.read(response.body.pipeThrough(new TextDecoderStream()));
    return follower;
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.reading;
  }

  private async read(chunks: AsyncIterable<string>): Promise<void> {
    try {
      for await (const chunk of chunks) this.text += chunk;
    } catch (error) {
      if (!this.end.signal.aborted) throw error;
    }
  }
}

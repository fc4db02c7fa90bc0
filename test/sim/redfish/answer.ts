/** What a simulated BMC answers; 200 unless it says otherwise. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

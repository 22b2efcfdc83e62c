/** What you set before you build. */
export const settings: Settings = {
  /**
   * Where the Worker runs. `http://localhost:8787` is what `npm start` serves, and lets people in by
   * name; for phones it has to be `https://` and a domain of your own.
   */
  endpoint: 'http://localhost:8787',
};

export interface Settings {
  readonly endpoint: string;
  /** Whether people come in by name alone; left out, they do where the endpoint is not `https://`. */
  readonly letsGuestsIn?: boolean;
}

/**
 * Where the person is: who, which conversation (or the app's Home), which thread. It lives in the address, so that a
 * reload, a bookmark and the browser's back button work.
 */
export class Place extends EventTarget {
  constructor() {
    super();
    addEventListener("hashchange", () => this.dispatchEvent(new Event("change")));
  }

  get person() {
    return this.#parts.get("as");
  }

  /** A channel's id, or "home" for the app's Home tab. */
  get at() {
    return this.#parts.get("at");
  }

  get thread() {
    return this.#parts.get("thread");
  }

  /** Goes elsewhere; what is not named stays. @param {{person?: string, at?: string, thread?: string|null}} to */
  go({ person = this.person, at = this.at, thread = at === this.at ? this.thread : null }) {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries({ as: person, at, thread })) if (value) parts.set(name, value);
    location.hash = parts.toString();
  }

  get #parts() {
    return new URLSearchParams(location.hash.slice(1));
  }
}

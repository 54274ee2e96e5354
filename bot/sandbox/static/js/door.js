/** The control door of the sandbox's server: what one person may see, and the things that a person does. */
export class Door {
  /** @param {string} person an id or a name. @returns {Promise<object>} what the person may see now. */
  state(person) {
    return this.#ask(`/sandbox/state?${new URLSearchParams({ as: person })}`);
  }

  /** Waits until there is something newer than `since`; answers like {@link state}. */
  wait(person, since, signal) {
    const query = new URLSearchParams({ as: person, since: String(since), timeout: "20" });
    return this.#ask(`/sandbox/wait?${query}`, { signal });
  }

  /** Does one thing as a person; the answer comes once the bot has acknowledged it, or Slack gave up on it. */
  act(person, kind, details = {}) {
    return this.#ask("/sandbox/do", this.#post({ as: person, kind, ...details }));
  }

  /** Kills or starts the bot's process. */
  bot(action) {
    return this.#ask("/sandbox/bot", this.#post({ action }));
  }

  #post(body) {
    return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  }

  async #ask(path, options) {
    const response = await fetch(path, options);
    const answer = await response.json().catch(() => null);
    if (!response.ok || !answer || answer.ok === false) {
      throw new Refused(answer?.error ?? `The sandbox answered ${response.status}.`, response.status);
    }
    return answer;
  }
}

/** The sandbox's server was reached and said no; the message says why. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

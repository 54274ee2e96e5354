import { Refused } from "./door.js";

/** With her the story begins, see people.py. */
const FIRST_PERSON = "ana";
const PAUSE_AFTER_LOSS_MS = 1500;

/**
 * What the page knows: the state as one person sees it, kept fresh by a long poll. Says "change" after every news and
 * "trouble" with a sentence when something that was asked for did not happen.
 */
export class Workspace extends EventTarget {
  #door;
  #poll = new AbortController();

  constructor(door) {
    super();
    this.#door = door;
    this.state = null;
    this.person = null;
    this.reachable = true;
    this.controllable = false;
  }

  /** Learns whether the bot can be killed and started from here: only where the sandbox itself started it. */
  async learnControl() {
    this.controllable = await this.#door.bot("status").then(
      () => true,
      () => false,
    );
  }

  /**
   * Sees the workspace with the eyes of this person from now on, of the story's first one where there is no such person.
   * @returns {Promise<boolean>} false if another change of person came in between, and this one does not count.
   */
  async become(person) {
    this.#poll.abort();
    this.#poll = new AbortController();
    const signal = this.#poll.signal;
    const state = await this.#door.state(person ?? FIRST_PERSON).catch((error) => {
      if (error instanceof Refused) return this.#door.state(FIRST_PERSON);
      throw error;
    });
    if (signal.aborted) return false;
    const named = (wanted) => state.people.find((one) => one.id === wanted || one.name === wanted);
    this.person = (named(person) ?? named(FIRST_PERSON)).id;
    this.#take(state);
    this.#follow(signal);
    return true;
  }

  /**
   * Does one thing as the present person.
   * @returns {Promise<object|null>} the server's answer, or null if it did not happen (then "trouble" was said).
   */
  async act(kind, details) {
    return this.#attempt(() => this.#door.act(this.person, kind, details));
  }

  /** Kills or starts the bot. */
  async bot(action) {
    return this.#attempt(() => this.#door.bot(action));
  }

  get me() {
    return this.state.people.find((one) => one.id === this.person);
  }

  get channels() {
    return this.state.channels;
  }

  channel(id) {
    return this.state.channels.find((one) => one.id === id);
  }

  /** The conversation of the present person with the app. */
  get appChannel() {
    return this.state.channels.find(
      (one) => one.kind === "im" && [this.state.bot.user_id, this.person].includes(one.with),
    );
  }

  /** @returns {Array<object>} what the person sees of a conversation, oldest first. */
  messages(channel) {
    return this.state.messages[channel] ?? [];
  }

  /** @returns {{name: string, title: string, app: boolean, id: string}} who wrote, or is meant by, an id. */
  who(id) {
    const { bot, people } = this.state;
    if (id === bot.user_id || id.startsWith("B")) return { id, name: bot.name, title: "App", app: true };
    const person = people.find((one) => one.id === id);
    return { id, name: person?.real_name ?? person?.name ?? id, title: person?.title ?? "", app: false };
  }

  async #attempt(request) {
    try {
      return await request();
    } catch (error) {
      const said = error instanceof Refused ? error.message : "The sandbox cannot be reached. Nothing was sent.";
      this.dispatchEvent(new CustomEvent("trouble", { detail: said }));
      return null;
    }
  }

  async #follow(signal) {
    while (!signal.aborted) {
      try {
        // After a loss there may be another sandbox, with versions of its own: it is asked how things are.
        const state = this.reachable
          ? await this.#door.wait(this.person, this.state.version, signal)
          : await this.#door.state(this.person);
        if (signal.aborted) return;
        this.reachable = true;
        this.#take(state);
      } catch (error) {
        if (signal.aborted) return;
        if (this.reachable) {
          this.reachable = false;
          this.dispatchEvent(new Event("change"));
        }
        await new Promise((wake) => setTimeout(wake, PAUSE_AFTER_LOSS_MS));
      }
    }
  }

  #take(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

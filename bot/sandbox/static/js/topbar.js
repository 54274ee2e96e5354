import { el, keep } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { avatar, described } from "./people.js";

/** The bar over everything: the workspace, whether the bot is alive, the global shortcuts, and who one is. */
export class Topbar {
  #host;
  #workspace;
  #become;

  constructor(host, workspace, { become }) {
    this.#host = host;
    this.#workspace = workspace;
    this.#become = become;
  }

  show() {
    const { state, me, reachable, controllable } = this.#workspace;
    const shortcuts = (state.shortcuts ?? []).filter((one) => one.type === "global");
    const parts = [
      { part: "bot", bot: state.bot, reachable, controllable },
      { part: "shortcuts", shortcuts },
      { part: "person", me },
    ];
    keep(this.#host, parts, { key: (item) => item.part, draw: (item) => this[`draw_${item.part}`](item) });
  }

  draw_bot({ bot, reachable, controllable }) {
    const elsewhere = !controllable && !bot.alive; // somebody else started the bot, and knows how it does
    const said = !reachable
      ? "Sandbox unreachable"
      : elsewhere
        ? `${bot.name} runs on its own`
        : `${bot.name} is ${bot.alive ? "running" : "stopped"}`;
    const state = !reachable || elsewhere ? "apart" : bot.alive ? "alive" : "dead";
    const act = bot.alive ? "kill" : "start";
    const control =
      reachable && controllable
        ? el("button", {
            type: "button",
            class: "button quiet",
            text: bot.alive ? "Kill" : "Start",
            title: bot.alive ? "Ends the bot's process at once, as a crash would" : "Starts the bot's process again",
            on: {
              click: async (event) => {
                event.currentTarget.setAttribute("aria-busy", "true");
                const button = event.currentTarget;
                await this.#workspace.bot(act);
                button.removeAttribute("aria-busy");
              },
            },
          })
        : null;
    return el(
      "div",
      { class: `bot-state ${state}` },
      el("span", { class: "light", "aria-hidden": "true" }),
      el("span", { role: "status", text: said }),
      control,
    );
  }

  draw_shortcuts({ shortcuts }) {
    const button = el(
      "button",
      { type: "button", class: "button quiet", "aria-haspopup": "menu", "aria-label": "Global shortcuts" },
      icon("bolt"),
      el("span", { class: "wide-only", text: "Shortcuts" }),
    );
    button.addEventListener("click", () =>
      openMenu(button, {
        label: "Global shortcuts",
        items: shortcuts.map((one) => ({
          label: one.name,
          choose: () => this.#workspace.act("shortcut", { callback_id: one.callback_id }),
        })),
      }),
    );
    return button;
  }

  draw_person({ me }) {
    const button = el(
      "button",
      {
        type: "button",
        class: "persona",
        "aria-haspopup": "menu",
        "aria-label": `You are ${me.real_name ?? me.name}, ${described(me)}. Switch person`,
      },
      avatar({ id: me.id, name: me.real_name ?? me.name }, "small"),
      el(
        "span",
        { class: "persona-words" },
        el("strong", { text: me.real_name ?? me.name }),
        el("span", { class: "hint", text: described(me) }),
      ),
      icon("down"),
    );
    button.addEventListener("click", () =>
      openMenu(button, {
        label: "Who you are",
        items: this.#workspace.state.people.map((one) => ({
          label: one.real_name ?? one.name,
          hint: described(one),
          picture: avatar({ id: one.id, name: one.real_name ?? one.name }, "small"),
          checked: one.id === me.id,
          choose: () => this.#become(one.id),
        })),
      }),
    );
    return button;
  }
}

import { Door } from "./door.js";
import { Drafts } from "./drafts.js";
import { Modal } from "./modal.js";
import { MainPane, ThreadPane } from "./pages.js";
import { Place } from "./place.js";
import { Sidebar } from "./sidebar.js";
import { Toasts } from "./toasts.js";
import { Topbar } from "./topbar.js";
import { Workspace } from "./workspace.js";

const byId = (id) => document.getElementById(id);

const workspace = new Workspace(new Door());
const place = new Place();
const drafts = new Drafts();
const texts = new Map();

/** What blocks need to know about where they stand, see blocks.js. */
function surfaceOf({ scope, place: where, blocks }) {
  const sheet = drafts.of(scope);
  const named = (blockId, element) => ({ ...where, block_id: blockId, action_id: element.action_id });
  return {
    directory: workspace,
    scope,
    sheet,
    press: (blockId, element, value) =>
      workspace.act("press", { ...named(blockId, element), value, values: sheet.all(blocks()) }),
    options: (blockId, element, query) => workspace.act("options", { ...named(blockId, element), query }),
  };
}

const page = { workspace, place, drafts, surfaceOf };
const toasts = new Toasts(byId("toasts"), byId("modal"));
const topbar = new Topbar(byId("topbar-parts"), workspace, { become: (person) => place.go({ person }) });
const sidebar = new Sidebar(byId("channels"), workspace, place);
const main = new MainPane({ head: byId("head"), home: byId("home"), talk: byId("talk") }, page, texts);
const thread = new ThreadPane(byId("thread"), page, texts);
const modal = new Modal(byId("modal"), workspace, drafts, surfaceOf);

function show() {
  topbar.show();
  sidebar.show();
  main.show();
  thread.show();
  modal.show();
  toasts.news(workspace.state.toasts, workspace.person);
}

/** The app hears of it when somebody opens one of its tabs. */
function tellTheApp(from) {
  const here = `${workspace.person}/${place.at}`;
  if (here === from) return here;
  if (place.at === "home") workspace.act("home");
  else if (workspace.appChannel && place.at === workspace.appChannel.id) workspace.act("messages_tab");
  return here;
}

let told = "";
async function arrive() {
  if (place.person && place.person !== workspace.person && !(await workspace.become(place.person))) return;
  const known = place.at === "home" || workspace.channel(place.at);
  if (!known || place.person !== workspace.person) {
    const first = workspace.channels.find((one) => one.is_member && one.kind !== "im") ?? workspace.channels[0];
    place.go({ person: workspace.person, at: known ? place.at : first?.id });
    return;
  }
  document.title = `${workspace.me.real_name ?? workspace.me.name} · Sandbox workspace`;
  show();
  told = tellTheApp(told);
}

/** A first load that fails says so and tries again: the sandbox may be starting. */
async function start() {
  try {
    await workspace.become(place.person);
    await workspace.learnControl();
  } catch {
    byId("loading").textContent = "The sandbox does not answer. Trying again…";
    setTimeout(start, 1500);
    return;
  }
  document.body.classList.remove("loading");
  byId("loading").remove();
  workspace.addEventListener("change", show);
  workspace.addEventListener("trouble", (event) => toasts.say(event.detail));
  place.addEventListener("change", arrive);
  await arrive();
}

document.addEventListener("click", (event) => {
  const mention = event.target.closest("[data-go]");
  if (!mention) return;
  event.preventDefault();
  place.go({ at: mention.dataset.go });
});
const opener = byId("open-sidebar");
opener.addEventListener("click", () => {
  opener.setAttribute("aria-expanded", String(document.body.classList.toggle("sidebar-open")));
});
start();

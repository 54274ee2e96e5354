import { el, safeImage } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";

/** @param {object} text a text object: plain_text is never parsed. */
export function textNode(text, surface) {
  if (!text) return "";
  if (text.type === "mrkdwn") return mrkdwn(text.text, surface.directory);
  return document.createTextNode(text.emoji === false ? text.text : withEmoji(text.text));
}

/** An image that loads nothing from elsewhere; otherwise its description. */
export function picture(image) {
  const source = safeImage(image.image_url ?? image.slack_file?.url);
  if (source) return el("img", { src: source, alt: image.alt_text ?? "", loading: "lazy" });
  return el("span", { class: "no-image" }, icon("picture"), ` ${image.alt_text ?? "image"}`);
}

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a field of 16 by 16; drawn rather than typed, since not every machine has a font with such signs. */
const PATHS = {
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  bubble: "M2.5 3.5h11v7.5H7.5L4.5 13.5V11h-2z",
  down: "m4 6.5 4 4 4-4",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  file: "M4 1.5h5.5L12.5 5v9.5H4zM9 1.5V5.5h3.5",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  picture: "M2 3.5h12v9H2zM2.5 11.5l3.5-4 3 3 2-2 3 3",
  play: "M5 3.5v9l7-4.5z",
  send: "M2.5 8 13.5 3l-4 10.5-2-4.5zM7.5 9l6-6",
  thumb_down: "M5 9.5V2.5h6.5l1.5 5v2H9.5v4L8 14 5 9.5H2.5v-7H5",
  thumb_up: "M5 6.5v7h6.5l1.5-5v-2H9.5v-4L8 2 5 6.5H2.5v7H5",
};

/** A sign beside or instead of words; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

import { shareText, mainState } from "../../domain/flameFacts.ts";
import { forEachBox, type FlameSight } from "../../domain/flameMoves.ts";
import { nameOf } from "../../domain/flame.ts";
import { shortName } from "../../domain/frames.ts";
import { STATES } from "../../domain/states.ts";
import { cutText, plainText } from "../../domain/text.ts";

/*
 * The picture of a flame graph on a canvas. Why a canvas: RATIONALE.md. What is written into it is text of others, so
 * it is written with its odd characters named, like everywhere; a canvas has no markup, but it has directions.
 */

/** In step with nothing else: the canvas is the only place that has rows of this height. */
export const ROW = 19;
/** Narrower boxes are only hinted at. */
export const LEAST = 0.6;
const LEAST_TEXT = 26;
const STRIP = 3;
/** More characters than fit any box; hostile names may have millions. */
const LONGEST = 240;

export interface Picture {
  readonly sight: FlameSight;
  readonly rows: number;
  readonly upwards: boolean;
  readonly scrollTop: number;
  readonly height: number;
  /** 1 where a search matches; null while nothing is looked for. */
  readonly found: Uint8Array | null;
}

export function rowTop(depth: number, rows: number, upwards: boolean): number {
  return (upwards ? rows - 1 - depth : depth) * ROW;
}

export function depthAt(y: number, rows: number, upwards: boolean): number {
  const row = Math.floor(y / ROW);
  return upwards ? rows - 1 - row : row;
}

interface Ink {
  readonly states: readonly string[];
  readonly text: string;
  readonly whole: string;
  readonly wholeText: string;
  readonly sliver: string;
  readonly match: string;
}

function inkOf(canvas: HTMLCanvasElement): Ink {
  const style = getComputedStyle(canvas);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    states: STATES.map((state) => token(`--state-${state}`)),
    text: token("--state-text"),
    whole: token("--raised"),
    wholeText: token("--text"),
    sliver: token("--line-strong"),
    match: token("--text"),
  };
}

export function paint(canvas: HTMLCanvasElement, picture: Picture): void {
  const scale = window.devicePixelRatio || 1;
  const { sight, height } = picture;
  canvas.width = Math.max(1, Math.round(sight.width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = "middle";
  context.direction = "ltr";
  new Painter(context, inkOf(canvas), picture, scale).run();
}

class Painter {
  /** By depth: the pixel where the last hint was drawn. */
  private readonly hinted: number[] = [];
  private readonly labels = new Map<number, string>();

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly ink: Ink,
    private readonly picture: Picture,
    private readonly scale: number,
  ) {}

  run(): void {
    forEachBox(
      this.picture.sight,
      LEAST,
      (node, x, width) => this.box(node, x, width),
      (depth, x) => this.hint(depth, x),
    );
  }

  /** Null: above or below what is in view. */
  private top(depth: number): number | null {
    const { rows, upwards, scrollTop, height } = this.picture;
    const top = rowTop(depth, rows, upwards) - scrollTop;
    return top + ROW < 0 || top > height ? null : top;
  }

  private box(node: number, x: number, width: number): void {
    const { sight, found } = this.picture;
    const { flame, zoom } = sight;
    const top = this.top(flame.depth[node] ?? 0);
    if (top === null) return;
    const { context, ink } = this;
    const left = this.sharp(x);
    const right = this.sharp(x + width);
    // A gap tells two boxes from one, where there is room for it.
    const drawn = Math.max(1 / this.scale, right - left - (width > 3 ? 1 : 0));
    const matches = found === null || found[node] === 1;
    context.globalAlpha = !matches ? 0.28 : node < zoom ? 0.4 : 1;
    context.fillStyle = node === 0 ? ink.whole : (ink.states[mainState(flame, node)] ?? ink.sliver);
    context.fillRect(left, top, drawn, ROW - 1);
    if (node > 0 && width > 8) this.strip(node, left, top + ROW - 1 - STRIP, drawn);
    if (found !== null && matches && width > 3) {
      context.strokeStyle = ink.match;
      context.lineWidth = 1.5;
      context.strokeRect(left + 0.75, top + 0.75, Math.max(1, drawn - 1.5), ROW - 2.5);
    }
    context.globalAlpha = 1;
    if (width >= LEAST_TEXT) this.label(node, matches && node >= zoom, left + 4, top, drawn - 7);
  }

  /** Whose time it is, when not all of it is of the state that gave the box its color. */
  private strip(node: number, left: number, top: number, width: number): void {
    const { flame } = this.picture.sight;
    const whole = flame.total[node] ?? 0;
    const main = mainState(flame, node);
    if (whole <= 0 || (flame.states[main]?.[node] ?? 0) >= whole * 0.98) return;
    let from = left;
    STATES.forEach((_, state) => {
      const part = ((flame.states[state]?.[node] ?? 0) / whole) * width;
      if (part <= 0) return;
      this.context.fillStyle = this.ink.states[state] ?? this.ink.sliver;
      this.context.fillRect(from, top, part, STRIP);
      from += part;
    });
    this.context.fillStyle = this.ink.text;
    this.context.fillRect(left, top - 0.5, width, 0.5);
  }

  /** On a box that is dimmed the ground shows through, so its name has the color of what is written on that. */
  private label(node: number, solid: boolean, left: number, top: number, room: number): void {
    const { context } = this;
    const text = this.fitting(node, room);
    if (text === "") return;
    context.fillStyle = node === 0 || !solid ? this.ink.wholeText : this.ink.text;
    context.fillText(text, left, top + (ROW - 1) / 2);
  }

  /** The whole name where it fits, else class and method, else as much of that as there is room for. */
  private fitting(node: number, room: number): string {
    const { flame } = this.picture.sight;
    const share = node === 0 ? "" : ` ${shareText(flame.total[node] ?? 0, flame.total[0] ?? 0)}`;
    const full = this.labelOf(node);
    const short = node === 0 ? full : shortName(full);
    for (const text of [full + share, full, short + share, short]) if (this.fits(text, room)) return text;
    let low = 0;
    let high = Math.min(short.length, Math.ceil(room / 3));
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.fits(cutText(short, middle), room)) low = middle;
      else high = middle - 1;
    }
    return low < 2 ? "" : cutText(short, low);
  }

  private fits(text: string, room: number): boolean {
    // No character is wider than the font is high: measuring is the dear part of a picture.
    return (
      text.length * 11 <= room || (text.length * 2.4 <= room && this.context.measureText(text).width <= room)
    );
  }

  private labelOf(node: number): string {
    const { flame } = this.picture.sight;
    const name = node === 0 ? -1 : (flame.name[node] ?? 0);
    let label = this.labels.get(name);
    if (label === undefined) {
      label = plainText(cutText(nameOf(flame, node), LONGEST));
      this.labels.set(name, label);
    }
    return label;
  }

  private hint(depth: number, x: number): void {
    const at = Math.floor(x);
    if (this.hinted[depth] === at) return;
    this.hinted[depth] = at;
    const top = this.top(depth);
    if (top === null) return;
    this.context.globalAlpha = 0.35;
    this.context.fillStyle = this.ink.sliver;
    this.context.fillRect(at, top, 1, ROW - 1);
    this.context.globalAlpha = 1;
  }

  private sharp(x: number): number {
    return Math.round(x * this.scale) / this.scale;
  }
}

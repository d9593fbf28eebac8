import type { Trace } from "../domain/model.ts";
import { PackingError, Unpacking, type PackedHead, type Piece } from "../domain/packed.ts";
import { Reader, ShapeError } from "./json.ts";

/*
 * A trace, line by line while it is on its way: the server breaks the line before each piece and behind the last
 * (server/query, PackedTrace), so the pages take a large one apart while the server is still reading the rest. What
 * has been written anew on its way, on one line or with others, is read as a whole when it has ended.
 */

const WHERE = "/api/trace";
const PIECES = '"pieces":[';

export class TraceLines {
  private head: PackedHead | null = null;
  private unpacking = new Unpacking(0);
  /** What is read at the end: all of it, or what is behind the pieces. */
  private rest = "";

  /** @throws SyntaxError or ShapeError, as {@link end} does */
  line(text: string): void {
    if (this.rest !== "") this.rest += text;
    else if (this.head !== null && text.startsWith("]")) this.rest = `{${PIECES}${text}`;
    else if (this.head !== null) this.add(readObject(text.startsWith(",") ? text.slice(1) : text));
    else if (text.endsWith(PIECES)) this.begin(readObject(`${text}]}`));
    else this.rest = text;
  }

  end(): Trace {
    const rest = readObject(this.rest);
    const head = this.head ?? this.begin(rest);
    // None when they came on lines of their own.
    rest.list("pieces", (piece) => this.add(piece));
    return understood(() => this.unpacking.trace({ ...head, truncated: rest.flag("truncated") }));
  }

  private begin(answer: Reader): PackedHead {
    const head = readHead(answer);
    this.head = head;
    this.unpacking = new Unpacking(head.startMillis);
    return head;
  }

  private add(piece: Reader): void {
    const read: Piece = {
      texts: piece.allTexts("texts"),
      segments: piece.numbers("segments"),
      spans: piece.numbers("spans"),
    };
    understood(() => this.unpacking.add(read));
  }
}

function readObject(text: string): Reader {
  return Reader.of(JSON.parse(text) as unknown, WHERE);
}

function readHead(r: Reader): PackedHead {
  return {
    traceId: r.text("traceId"),
    startMillis: r.number("startMillis"),
    durationMillis: r.number("durationMillis"),
    storedSegments: r.number("storedSegments"),
    storedSpans: r.number("storedSpans"),
    truncated: r.flag("truncated"),
  };
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof PackingError ? new ShapeError(cause.message) : cause;
  }
}

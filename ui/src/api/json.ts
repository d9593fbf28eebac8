/*
 * Reading JSON that somebody else wrote. Absent and mistyped optional fields become their empty value, as in the
 * protocol itself; a body that is not an object at all, or misses what everything hangs on, is a ShapeError, which the
 * pages show as "the answer could not be read" rather than as an empty result.
 */

export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

type JsonObject = { readonly [name: string]: unknown };

export class Reader {
  private constructor(
    private readonly fields: JsonObject,
    private readonly where: string,
  ) {}

  static of(value: unknown, where: string): Reader {
    if (!isObject(value)) throw new ShapeError(`${where} is not a JSON object`);
    return new Reader(value, where);
  }

  text(name: string): string {
    const value = this.fields[name];
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  }

  flag(name: string): boolean {
    return this.fields[name] === true;
  }

  flagOrNull(name: string): boolean | null {
    const value = this.fields[name];
    return typeof value === "boolean" ? value : null;
  }

  number(name: string): number {
    return this.numberOrNull(name) ?? 0;
  }

  /** 64-bit integers may come as text; beyond 2^53 they lose their last digits, which no page shows. */
  numberOrNull(name: string): number | null {
    const value = this.fields[name];
    if (typeof value === "number") return value;
    if (typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
    return null;
  }

  /** A list every answer of this kind must have. */
  list<T>(name: string, read: (item: Reader) => T): T[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) throw new ShapeError(`${this.where} has no list "${name}"`);
    return value.map((item: unknown) => read(Reader.of(item, `${this.where}.${name}[]`)));
  }

  optionalList<T>(name: string, read: (item: Reader) => T): T[] {
    return Array.isArray(this.fields[name]) ? this.list(name, read) : [];
  }

  texts(name: string): string[] {
    const value = this.fields[name];
    return Array.isArray(value)
      ? value.filter((item: unknown): item is string => typeof item === "string")
      : [];
  }

  /** All of a list in which each has its place, without a copy. */
  allTexts(name: string): readonly string[] {
    const value = this.fields[name];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
    throw new ShapeError(`${this.where} has no list of texts "${name}"`);
  }

  /** As they came, without a copy: there may be millions. */
  numbers(name: string): readonly number[] {
    const value = this.fields[name];
    if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value as number[];
    throw new ShapeError(`${this.where} has no list of numbers "${name}"`);
  }

  lists(name: string): readonly (readonly number[])[] {
    const value = this.fields[name];
    const isNumbers = (list: unknown): list is number[] =>
      Array.isArray(list) && list.every((item) => typeof item === "number");
    if (Array.isArray(value) && value.every(isNumbers)) return value;
    throw new ShapeError(`${this.where} has no lists of numbers "${name}"`);
  }

  object(name: string): Reader {
    return Reader.of(this.fields[name], `${this.where}.${name}`);
  }

  objectOrNull(name: string): Reader | null {
    const value = this.fields[name];
    return isObject(value) ? new Reader(value, `${this.where}.${name}`) : null;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

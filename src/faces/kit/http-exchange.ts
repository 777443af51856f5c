/**
 * One HTTP/1.1 request over a socket that is ours alone, and its answer as text while it comes in. Node's own client
 * does more and costs every command 7 ms to load; the daemon's answers need only this much: a length, chunks, or the
 * end of the connection (RFC 9112, section 6.3).
 */
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  /** JSON, or null for none. */
  readonly body: string | null;
}

export interface Hearing {
  onStatus(status: number): void;
  /** Whatever has come of the body, cut anywhere but inside a character. */
  onText(text: string): void;
}

/** Resolves when the answer is whole; rejects where the connection ends or breaks before. The socket is closed then. */
export function exchange(socket: Socket, ask: Ask, hearing: Hearing): Promise<void> {
  const reader = new HttpReader(hearing);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.on("data", (bytes: Buffer) => {
      try {
        reader.push(bytes);
      } catch (error) {
        fail(error as Error);
      }
      if (reader.done) {
        socket.destroy();
        resolve();
      }
    });
    socket.on("end", () => {
      if (reader.end()) resolve();
      else fail(new Error("the connection ended in the middle of an answer"));
    });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed")));
    socket.write(head(ask) + (ask.body ?? ""));
  });
}

function head({ method, path, accept, body }: Ask): string {
  const lines = [`${method} ${path} HTTP/1.1`, "host: drover", `accept: ${accept}`, "connection: close"];
  if (body !== null) lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Nothing of ours has a longer head, or a longer line in front of a chunk. */
const LINE_LIMIT_BYTES = 65_536;

type Reading = "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailer" | "rest" | "over";

/** Bytes in, in any pieces; status and text out. Throws where they are no HTTP. */
export class HttpReader {
  readonly #hearing: Hearing;
  readonly #decoder = new StringDecoder("utf8");
  #reading: Reading = "head";
  #kept: Buffer = Buffer.alloc(0);
  /** Bytes of the body, or of its chunk, still to come. */
  #left = 0;

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
  }

  get done(): boolean {
    return this.#reading === "over";
  }

  push(bytes: Buffer): void {
    this.#kept = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes]);
    while (this.#kept.length > 0 && this.#step());
  }

  /** The connection ended; true where that ends the answer, too. */
  end(): boolean {
    if (this.#reading === "rest") this.#finish();
    return this.done;
  }

  /** False where more bytes are needed. */
  #step(): boolean {
    switch (this.#reading) {
      case "head":
        return this.#head();
      case "length":
      case "chunk":
        return this.#counted();
      case "rest":
        this.#tell(this.#take(this.#kept.length));
        return false;
      case "over":
        this.#kept = Buffer.alloc(0);
        return false;
      default:
        return this.#chunkLine();
    }
  }

  #head(): boolean {
    const end = this.#kept.indexOf("\r\n\r\n");
    if (end < 0) return this.#wait();
    const [first = "", ...fields] = this.#take(end + 4)
      .toString("latin1")
      .split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
    if (!status) throw new Error("the answer is no HTTP");
    // An interim answer (1xx) announces the one that counts.
    if (status < 200) return true;
    this.#begin(status, fields.join("\n").toLowerCase());
    return true;
  }

  #begin(status: number, fields: string): void {
    const length = /^content-length: *(\d+) *$/m.exec(fields)?.[1];
    if (/^transfer-encoding: *chunked *$/m.test(fields)) this.#reading = "chunk-size";
    else if (length !== undefined) this.#reading = "length";
    else this.#reading = status === 204 || status === 304 ? "length" : "rest";
    this.#left = Number(length ?? 0);
    this.#hearing.onStatus(status);
    if (this.#reading === "length" && this.#left === 0) this.#finish();
  }

  #counted(): boolean {
    const bytes = this.#take(Math.min(this.#left, this.#kept.length));
    this.#left -= bytes.length;
    this.#tell(bytes);
    if (this.#left > 0) return false;
    if (this.#reading === "length") this.#finish();
    else this.#reading = "chunk-end";
    return true;
  }

  #chunkLine(): boolean {
    const end = this.#kept.indexOf("\r\n");
    if (end < 0) return this.#wait();
    const line = this.#take(end + 2).toString("latin1", 0, end);
    if (this.#reading === "chunk-end") {
      if (line !== "") throw new Error("the answer has a chunk of another size than it says");
      this.#reading = "chunk-size";
    } else if (this.#reading === "trailer") {
      if (line === "") this.#finish();
    } else {
      if (!/^[0-9a-f]+ *(;|$)/i.test(line)) throw new Error("the answer has a chunk without a size");
      this.#left = Number.parseInt(line, 16);
      this.#reading = this.#left === 0 ? "trailer" : "chunk";
    }
    return true;
  }

  #wait(): boolean {
    if (this.#kept.length > LINE_LIMIT_BYTES) throw new Error("the answer has a head without an end");
    return false;
  }

  #take(count: number): Buffer {
    const bytes = this.#kept.subarray(0, count);
    this.#kept = this.#kept.subarray(count);
    return bytes;
  }

  #tell(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    if (text !== "") this.#hearing.onText(text);
  }

  #finish(): void {
    const last = this.#decoder.end();
    if (last !== "") this.#hearing.onText(last);
    this.#reading = "over";
  }
}

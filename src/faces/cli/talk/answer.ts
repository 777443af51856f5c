import { Fault } from "#core/fault.js";
import type { AgentJson, QuestionJson } from "#wire/agent.js";
import type { AnswerRequest } from "#wire/requests.js";
import { printable } from "../../kit/ink.js";
import { agentPath, askAgent } from "../agent-ref.js";
import type { Invocation } from "../command.js";
import type { Context } from "../context.js";
import { questionLines } from "./question-lines.js";

const ANSWER_LIMIT_MS = 30_000;

export async function run(context: Context, { arguments: [label = "", choice], options }: Invocation): Promise<number> {
  const only = options.text("if");
  const text = options.text("text");
  if (choice === undefined && text === undefined) {
    const { agent } = await askAgent(context, label, (daemon, ref) =>
      daemon.request<{ agent: AgentJson }>("GET", agentPath(ref)),
    );
    if (agent.question) for (const line of questionLines(agent.question)) context.note(line);
    throw new Fault("USAGE", "answer takes a choice, or --text with a text of your own");
  }
  if (text === "" || choice === "")
    throw new Fault("USAGE", `${text === "" ? "--text" : "the choice"} must not be empty`);
  const body: AnswerRequest = {
    ...(choice === undefined ? {} : { choice }),
    ...(text === undefined ? {} : { text }),
    by: "cli",
    ...(only === undefined ? {} : { if: only }),
  };
  try {
    const answer = await askAgent(context, label, (daemon, ref) =>
      daemon.request<AnsweredJson>("POST", agentPath(ref, "/answer"), body, { timeoutMs: ANSWER_LIMIT_MS }),
    );
    if (context.json) context.value(answer);
    else {
      context.line(`answered ${label}: ${chosen(answer.question, choice, text)}`);
      if (answer.next !== null && answer.next !== undefined) {
        context.line(`${label} asks on:`);
        for (const line of questionLines(answer.next)) context.line(line);
      }
    }
    return 0;
  } catch (error) {
    // Whoever was too late, or picked what is not there, wants to see the dialog that is there now.
    const question = error instanceof Fault ? (error.detail?.question as QuestionJson | null | undefined) : null;
    if (question) for (const line of questionLines(question)) context.note(line);
    throw error;
  }
}

interface AnsweredJson {
  answered: true;
  question: QuestionJson;
  next?: QuestionJson | null;
}

function chosen(question: QuestionJson, choice: string | undefined, text: string | undefined): string {
  const found =
    question.choices.find((c) => c.key === choice) ??
    question.choices.find((c, i) => String(i + 1) === choice || c.text === choice);
  return printable([found?.text ?? choice, text].filter((part) => part !== undefined).join(", "));
}

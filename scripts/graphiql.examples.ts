/** The product's operations for GraphiQL's tabs: the steps of the page. */
export const graphiqlExamples: readonly string[] = [
  `# Who is signed in, and what is left of the quota. The page at / and this one share the session.
query Me {
  me {
    id
    displayName
    quota { limitTokens usedTokens heldTokens remainingTokens }
    projects(first: 5) { nodes { id name head { number message } } }
  }
}
`,
  `# A new project. Copy its id for the next tabs.
mutation CreateProject {
  createProject(input: { name: "Greeter", language: "javascript" }) { id }
}
`,
  `# Insert the project's id. The same clientRequestId always returns the same generation.
mutation StartGeneration {
  startGeneration(
    input: {
      projectId: ""
      prompt: "A JavaScript command-line program that prints a greeting"
      clientRequestId: "first"
    }
  ) { id status model provider queuePosition }
}
`,
  `# Insert the generation's id. The stream begins with past events.
subscription GenerationEvents {
  generationEvents(id: "") {
    __typename
    seq
    ... on StatusChanged { status }
    ... on TokenDelta { text }
    ... on FileFinished { path bytes }
    ... on GenerationFinished { status completionTokens durationMs }
  }
}
`,
  `# Runs the project in the sandbox. Watch it with executionOutput(id).
mutation RunProject {
  runProject(input: { projectId: "" }) { id status }
}
`,
];

/** The least that a Worker can be: what a start-up is measured against. */
export default {
  fetch: () => new Response('ok'),
} satisfies ExportedHandler;

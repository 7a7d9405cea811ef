// The document names example servers. Whoever reads it here wants to try it here, so this service stands first.
window.onload = async () => {
  const answer = await fetch("/openapi.json");
  const spec = await answer.json();
  spec.servers = [{ url: window.location.origin, description: "This service" }, ...spec.servers];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
};

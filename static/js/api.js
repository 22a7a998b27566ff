// The page on which the API is tried, as the person who is signed in: their session, their rights.
const token = document.querySelector("meta[name=csrf-token]").content;
window.ui = window.SwaggerUIBundle({
  url: "/api/v1/schema/",
  domNode: document.getElementById("api"),
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});

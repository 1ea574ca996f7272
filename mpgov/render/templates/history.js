{% include "page.js" %}

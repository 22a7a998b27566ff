"""Django's admin, which has templates in Django's own language, in the frame of every page, which is Jinja2's."""

from django import template
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode

register = template.Library()


@register.tag
def framed(parser, token):
    """`{% framed "frame.html" %}{% block content %}…{% endblock %}{% endframed %}`: the template frame.html, which is
    given the blocks as `admin.content` and so on."""
    _tag, name = token.split_contents()
    blocks = parser.parse(("endframed",))
    parser.delete_first_token()
    return Framed(name.strip("\"'"), blocks)


class Framed(template.Node):
    def __init__(self, name, nodelist):
        self.name, self.nodelist = name, nodelist  # where Django looks for the blocks of templates that extend this one

    def render(self, context):
        blocks = {node.name: node.render_annotated(context) for node in self.nodelist if isinstance(node, BlockNode)}
        return render_to_string(self.name, context.flatten() | {"admin": blocks}, context.request)

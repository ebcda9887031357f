from django import template
from wagtail.models import Site

register = template.Library()


@register.simple_tag(takes_context=True)
def main_menu(context):
    site = Site.find_for_request(context["request"])
    return site.root_page.get_children().live().in_menu() if site else []


@register.simple_tag(takes_context=True)
def breadcrumbs(context):
    return context["page"].get_ancestors().live().filter(depth__gt=1)

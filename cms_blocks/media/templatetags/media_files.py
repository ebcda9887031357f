from django import template

from cms_blocks.media import quota

register = template.Library()


@register.filter
def gigabytes(size: int) -> str:
    return quota.gigabytes(size)

# lxml.html.defs: the elements and attributes of HTML, by what they are for.

empty_tags = frozenset((
    'area base basefont br col frame hr img input isindex link meta param source track'
).split())
deprecated_tags = frozenset((
    'applet basefont center dir font isindex menu s strike u'
).split())
link_attrs = frozenset((
    'action archive background cite classid codebase data dynsrc formaction href longdesc lowsrc '
    'profile src usemap'
).split())
event_attrs = frozenset((
    'onblur onchange onclick ondblclick onerror onfocus onkeydown onkeypress onkeyup onload '
    'onmousedown onmousemove onmouseout onmouseover onmouseup onreset onresize onselect onsubmit '
    'onunload'
).split())
safe_attrs = frozenset((
    'abbr accept accept-charset accesskey action align alt axis border cellpadding cellspacing char '
    'charoff charset checked cite class clear color cols colspan compact coords datetime dir '
    'disabled enctype for frame headers height href hreflang hspace id ismap label lang longdesc '
    'maxlength media method multiple name nohref noshade nowrap prompt readonly rel rev rows rowspan '
    'rules scope selected shape size span src start summary tabindex target title type usemap valign '
    'value vspace width'
).split())
top_level_tags = frozenset((
    'body frameset head html'
).split())
head_tags = frozenset((
    'base isindex link meta script style title'
).split())
general_block_tags = frozenset((
    'address blockquote center del div h1 h2 h3 h4 h5 h6 hr ins isindex noscript p pre'
).split())
list_tags = frozenset((
    'dd dir dl dt li menu ol ul'
).split())
table_tags = frozenset((
    'caption col colgroup table tbody td tfoot th thead tr'
).split())
block_tags = frozenset((
    'address blockquote caption center col colgroup dd del dir div dl dt fieldset form h1 h2 h3 h4 '
    'h5 h6 hr ins isindex legend li menu noscript ol optgroup option p pre table tbody td tfoot th '
    'thead tr ul'
).split())
form_tags = frozenset((
    'button fieldset form input label legend optgroup option select textarea'
).split())
special_inline_tags = frozenset((
    'a applet area basefont bdo br embed font iframe img map object param q script span sub sup'
).split())
phrase_tags = frozenset((
    'abbr acronym cite code del dfn em ins kbd samp strong var'
).split())
font_style_tags = frozenset((
    'b big i s small strike tt u'
).split())
nonstandard_tags = frozenset((
    'blink marquee'
).split())
html5_tags = frozenset((
    'article aside audio canvas command datalist details embed figcaption figure footer header '
    'hgroup keygen mark math meter nav output progress rp rt ruby section source summary svg time '
    'track video wbr'
).split())
frame_tags = frozenset((
    'frame frameset noframes'
).split())
tags = (top_level_tags | head_tags | general_block_tags | list_tags | table_tags | form_tags | special_inline_tags |
        phrase_tags | font_style_tags | nonstandard_tags | html5_tags)

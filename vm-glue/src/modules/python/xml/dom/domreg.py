"""Registration of DOM implementations (the module xml.dom.domreg)."""

from xml.dom import _registered as registered, getDOMImplementation, registerDOMImplementation

well_known_implementations = {'minidom': 'xml.dom.minidom', '4DOM': 'xml.dom.DOMImplementation'}


def _good_enough(dom, features):
    return all(dom.hasFeature(feature, version) for feature, version in features)


def _parse_feature_string(s):
    features = []
    parts = s.split()
    while parts:
        feature = parts.pop(0)
        if feature[0] in "0123456789":
            raise ValueError, "bad feature name: %r" % (feature,)
        version = parts.pop(0) if parts and parts[0][0] in "0123456789" else None
        features.append((feature, version))
    return tuple(features)

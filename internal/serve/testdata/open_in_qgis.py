"""Opens projects and layer definitions in QGIS, and says in JSON what it found, a line each. It draws the first, group by group."""

import gc
import json
import sys

try:
    from qgis.core import (
        Qgis, QgsApplication, QgsExpression, QgsExpressionContext, QgsExpressionContextUtils, QgsLayerDefinition, QgsMapRendererParallelJob, QgsMapSettings,
        QgsProject, QgsVectorLayer,
    )
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor
except ImportError:
    sys.exit(77)

messages = []


def heard(message, tag, level):
    if level >= Qgis.Warning:
        messages.append(f"{tag}: {message}")


def filters(layer):
    """Those of its rules; one that lets everything pass of another renderer."""
    if not layer.renderer() or layer.renderer().type() != "RuleRenderer":
        return [QgsExpression("TRUE")]
    return [QgsExpression(rule.filterExpression()) for rule in layer.renderer().rootRule().children()]


def about(layer):
    said = {"id": layer.id(), "name": layer.name(), "valid": layer.isValid(), "crs": layer.crs().authid(), "rights": layer.metadata().rights()}
    if isinstance(layer, QgsVectorLayer):
        said.update(source=layer.source(), title=layer.displayExpression(), aliases={field.name(): field.alias() for field in layer.fields()}, features=0, undrawn=0)
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        rules = filters(layer)
        messages.extend(f"{rule.expression()}: {rule.parserErrorString()}" for rule in rules if rule.hasParserError())
        for rule in rules:
            rule.prepare(context)
        for feature in layer.getFeatures():
            context.setFeature(feature)
            said["features"] += 1
            said["undrawn"] += sum(bool(rule.evaluate(context)) for rule in rules) != 1  # by none, or by several
    return said


def colours(project, layers):
    """Those of a picture of the whole."""
    settings = QgsMapSettings()
    settings.setDestinationCrs(project.crs())
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(400, 400))
    settings.setExtent(project.viewSettings().fullExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    return sorted({picture.pixelColor(x, y).name() for x in range(0, 400, 2) for y in range(0, 400, 2)})


def opened(path):
    project = QgsProject.instance()
    project.clear()
    read = QgsLayerDefinition.loadLayerDefinition(path, project, project.layerTreeRoot())[0] if path.endswith(".qlr") else project.read(path)
    layers = list(project.mapLayers().values())
    said = {"read": read, "title": project.title(), "crs": project.crs().authid(), "layers": [about(layer) for layer in layers], "colours": {}}
    if path == sys.argv[1]:
        for group in project.layerTreeRoot().children():
            said["colours"][group.name()] = colours(project, [node.layer() for node in group.findLayers()])
    said["messages"] = messages[:]
    messages.clear()
    print(json.dumps(said))
    project.clear()


# Layers go before QGIS does: what is left of them when the program ends would crash it.
QgsApplication.setPrefixPath("/usr", True)
qgis = QgsApplication([], False)
qgis.initQgis()
QgsApplication.messageLog().messageReceived.connect(heard)
for argument in sys.argv[1:]:
    opened(argument)
gc.collect()
qgis.exitQgis()
